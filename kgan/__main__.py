"""python -m kgan"""

from kgan.commands import main

if __name__ == "__main__":
    main()
