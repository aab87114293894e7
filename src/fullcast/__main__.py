"""The program's entry: answers ``--version`` before anything else is imported."""

import sys


def main() -> None:
    """Run the command line."""
    if None in (sys.stdin, sys.stdout, sys.stderr):
        _open_what_is_closed()
    if sys.argv[1:] == ["--version"] and _tell_version():
        return
    if sys.getfilesystemencoding() != "utf-8":
        _begin_again()
    try:
        from fullcast.cli.quick import repeat

        code = repeat(sys.argv[1:])
        if code is not None:
            sys.exit(code)
        from fullcast.cli.app import run

        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)  # before or after the command itself, where there is nothing to say


def _open_what_is_closed() -> None:
    """Give a process that was started without its standard streams (``>&-``) streams that lead nowhere.

    The next file to be opened would otherwise take the number of a closed stream, and what is printed.
    """
    import os

    nowhere = os.open(os.devnull, os.O_RDWR)
    while nowhere <= 2:
        nowhere = os.dup(nowhere)
    os.close(nowhere)
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - open to the end
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def _tell_version() -> bool:
    """Print the version, past the buffers; where that fails, the command line knows what to say."""
    import os

    from fullcast import __version__

    try:
        os.write(1, f"fullcast {__version__}\n".encode())
    except OSError:
        return False
    return True


def _begin_again() -> None:
    """Start over in Python's UTF-8 mode: chapters may have any title, so files may have any name.

    Only a locale that is neither UTF-8 nor plain C brings us here; what is printed keeps to its letters.
    """
    import os

    environment = {**os.environ, "PYTHONUTF8": "1"}
    environment.setdefault("PYTHONIOENCODING", f"{sys.stdout.encoding}:replace")
    os.execve(sys.executable, [sys.executable, "-m", "fullcast", *sys.argv[1:]], environment)  # noqa: S606 - ourselves


if __name__ == "__main__":
    main()
