"""`python -m cli`: the same as the command `netledger`, for processes that start others."""

from cli.main import main

main()
