// The words of scripts in the member's language: the catalog is a script of its own, and English needs none.

export const _ = (text) => window.gettext?.(text) ?? text;

/** The right one of two for `count`, with its number in the place of %s. */
export const ngettext = (one, many, count) => (window.ngettext?.(one, many, count) ?? (count === 1 ? one : many)).replace("%s", count);
