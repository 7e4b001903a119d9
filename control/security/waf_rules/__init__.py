"""Custom rules in SecLang."""
