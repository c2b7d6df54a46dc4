"""Pure decisions: what each indicator is, how a subject's history becomes steps, how steps are packed by month."""
