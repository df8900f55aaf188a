"""The back office: the house's files, the services and plug-ins of the site, promises, tickets."""
