"""The main job on a made-up marketplace, told step by step."""
