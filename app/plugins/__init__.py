"""Built-in plugins: each submodule with an attribute `plugin` is one."""
