"""Monitoring of the topics: records, rate, age and consumer lag. No record is fetched."""
