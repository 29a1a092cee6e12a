"""How a network is made: from (image, keypoints) pairs to search and track graphs."""
