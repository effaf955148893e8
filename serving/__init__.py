"""HTTP: queues for an LMS page, the xAPI receiver, the live console. Begin with `serving.app`."""
