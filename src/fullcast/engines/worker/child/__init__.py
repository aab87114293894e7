"""What runs in other environments: nothing of fullcast can be imported there, nor is this imported here."""
