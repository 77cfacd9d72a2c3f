"""The site: static pages on all certified results, make site."""
