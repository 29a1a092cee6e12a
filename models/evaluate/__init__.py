"""How a model is judged: what it finds in pictures, and where and why it fails."""
