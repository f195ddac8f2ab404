"""What others offer for the same tasks, called as favourably as their interfaces allow."""
