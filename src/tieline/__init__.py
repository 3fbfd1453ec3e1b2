"""Tieline: an open-source, LINE-centric customer data platform."""
