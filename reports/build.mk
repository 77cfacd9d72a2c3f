# reports: rounds of bench programs and the report on them (Python).

REPORTS_PYTHON := reports/python.sh

TESTS += test-reports

.PHONY: test-reports
test-reports: ## statistics, rounds and report, on made-up figures
	@$(REPORTS_PYTHON) reports/tests/run.py
