"""Models as text, in lavaan's measurement syntax."""
