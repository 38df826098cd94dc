"""Seats of scarce sessions, drawn by lot among those who ranked them. The lot is promised before and told after."""
