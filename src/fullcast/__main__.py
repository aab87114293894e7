"""The program's entry: answers ``--version`` before anything else is imported."""

import sys


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] == ["--version"]:
        from fullcast import __version__  # noqa: PLC0415 - nothing else may load for a version

        sys.stdout.write(f"fullcast {__version__}\n")
        return
    from fullcast.cli.app import run  # noqa: PLC0415 - typer takes longer to load than all of --version

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
