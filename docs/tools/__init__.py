"""What writes and checks the documents: pages and pictures made by the program, blocks that run."""
