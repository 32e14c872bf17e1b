"""What states do about it together: strategies and what they rest on, questions with clocks, lessons."""
