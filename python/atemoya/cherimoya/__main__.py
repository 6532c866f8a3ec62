"""``python -m atemoya.cherimoya``."""

from . import main

if __name__ == "__main__":
    main()
