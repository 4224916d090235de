"""`python -m skelshot`, for where the command is not on the path."""

from skelshot.cli import main

if __name__ == "__main__":
    main()
