"""Streaming, unsupervised anomaly detection: small states that learn what is usual for a series and score each sample."""
