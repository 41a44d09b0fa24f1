"""The report of a run: one page with what was trained, how it went, and where it fails."""

from striate.view.report.report import report, write_report

__all__ = ["report", "write_report"]
