"""One clock for all that was recorded: edges, flashes and piezo traces laid onto a recording."""
