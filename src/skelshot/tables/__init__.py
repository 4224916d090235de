"""The paper's tables and figures by number: definitions as data, and the engine that runs them."""
