"""One module a screen: its routes, each with its permission, and where it stands in the menu."""
