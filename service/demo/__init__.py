"""The main job on a made-up marketplace, step by step."""
