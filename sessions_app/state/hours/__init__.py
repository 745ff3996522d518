"""The availability page: a module for each thing a person does on it, from what is edited to what is shown. Pure."""
