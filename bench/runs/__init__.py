"""What tracking a run costs, beside bare loops and bare queues."""
