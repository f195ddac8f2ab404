"""Reports: tables, figures, the HTML page and its data."""

from mobtheory.report.claim_page import write_claims as write_claims
from mobtheory.report.documents import to_json as to_json
from mobtheory.report.replacing import require_writable as require_writable
from mobtheory.report.writing import has_solution_only as has_solution_only
from mobtheory.report.writing import read_report as read_report
from mobtheory.report.writing import read_solution as read_solution
from mobtheory.report.writing import write_report as write_report
from mobtheory.report.writing import write_solution as write_solution
