"""The conformance kit: a pytest plugin that holds every plugin to what docs/plugins.md promises."""
