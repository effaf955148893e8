"""Who may do what: keys with scopes and tenants, limits, and the audit of who read whom."""
