"""What the way through a host costs over the plain engine, stage by stage."""
