"""Exchange with other tools: answers as survey platforms export them."""
