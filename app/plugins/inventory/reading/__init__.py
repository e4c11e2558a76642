"""Reading exported policies from files: untrusted bytes in, recognized policies and named problems out."""
