"""The Python that starts, feeds and watches the compiled data plane."""
