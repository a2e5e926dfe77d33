"""Static files under hashed names, compressed once, cached for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise is untyped
    """Rewrites `import` in ES modules too, so that a module never meets another version of its neighbour."""

    support_js_module_import_aggregation = True
