"""Structured logs to stderr: for eyes on a terminal, as JSON elsewhere."""

import logging
import sys

import structlog

from domain.configuration import Configuration


def configure(configuration: Configuration) -> None:
    level = getattr(logging, configuration.log_level.upper())
    console = configuration.log_format == "console" or (
        configuration.log_format == "auto" and sys.stderr.isatty()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=max(level, logging.WARNING), stream=sys.stderr)
