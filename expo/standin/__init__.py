"""Knows how a payment provider behaves. Stands in for Stripe in the demo and in tests; never runs beside real money,
and knows nothing of the expo."""
