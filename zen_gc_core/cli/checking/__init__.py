"""What there is to say of files of policies, in the forms that editors and CI servers read."""
