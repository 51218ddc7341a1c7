"""Alert rules and how they are evaluated: pure functions of samples, findings and device states, without a clock."""
