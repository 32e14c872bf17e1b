"""`python -m oureyes`: the command line."""

from oureyes.interfaces.cli import main

if __name__ == "__main__":
    main()
