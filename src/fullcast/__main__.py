"""The program's entry: answers ``--version`` before anything else is imported."""

import sys


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] == ["--version"]:
        from fullcast import __version__

        sys.stdout.write(f"fullcast {__version__}\n")
        return
    if sys.getfilesystemencoding() != "utf-8":
        _begin_again()
    try:
        from fullcast.cli.app import run

        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)  # before or after the command itself, where there is nothing to say


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
