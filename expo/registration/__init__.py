"""Knows a delegate's place at a conference: ticket types, registrations, approval. Never Stripe, badge or booking."""
