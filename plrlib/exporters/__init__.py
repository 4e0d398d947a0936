"""What leaves a study: copies that are masked or safe to share, and Word and Excel drafts for a report."""
