"""The program's entry: answers ``--version`` before anything else is imported."""

import sys


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] == ["--version"]:
        from fullcast import __version__

        sys.stdout.write(f"fullcast {__version__}\n")
        return
    from fullcast.cli.app import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
