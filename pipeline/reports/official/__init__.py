"""The official forms of Nghị quyết 40/NQ-HĐBCQG (29/9/2025) above the polling team: one record a form, and its text."""
