"""What crosses between services: messages, topics, feature schema, model bundle, settings."""
