"""How picture, stage, plate and confocal belong together, and how quick the stage is: measured."""
