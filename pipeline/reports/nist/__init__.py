"""NIST common data formats: cast vote records (SP 1500-103) and election results (SP 1500-100)."""
