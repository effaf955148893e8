"""HTTP: queues for an LMS page, the xAPI receiver and the live console will be served from here."""
