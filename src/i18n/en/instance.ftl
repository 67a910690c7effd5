# Instances: how they are found, asked, saved and changed.
