"""What our IRIs mean: classes, shapes and gazetteers, as files."""
